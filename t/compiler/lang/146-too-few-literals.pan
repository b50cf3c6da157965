# A literal is not tried where the call lacks arguments.
object template 146-too-few-literals;
type named = string with match('lxb');
'/x' = list(matches('lxb001'), digest('MD5'), escape());
