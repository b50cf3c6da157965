object template number-too-large;

'/serial' = 12345678901234567890;
