object template 014-brace-in-annotation;
@{ a } b }
'/x' = 1;
