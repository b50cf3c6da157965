# options: --dialect 2002 --warnings off
object template 202-type-without-meaning;
type "/x" = embed;
