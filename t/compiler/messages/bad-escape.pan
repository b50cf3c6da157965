object template bad-escape;

'/pattern' = "^\d+$";
