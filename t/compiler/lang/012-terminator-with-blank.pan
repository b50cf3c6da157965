object template 012-terminator-with-blank;
'/x' = <<END;
END 
END
