object template 010-heredoc-named-by-keyword;
'/x' = <<if;
one
if
