# options: --dialect v8 --warnings fatal
object template 201-dialect-fatal;
type '/x' = long;
'/y' = self;
include lib/count;
