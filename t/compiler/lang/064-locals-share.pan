object template 064-locals-share;
'/x' = { a = b = list(); a[0] = 1; list(a, b) };
