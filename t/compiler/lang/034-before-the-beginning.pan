object template 034-before-the-beginning;
'/x' = { a = list(); a[-1] = 1; a };
