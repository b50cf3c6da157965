object template 097-format;
'/rounded' = format('%.2f', 1.005);
'/thousands' = format('%,d', 1234567);
'/padded' = format('[%5s|%-5s|%05d]', 'a', 'b', 42);
