object template 039-unescape-too-short;
'/x' = unescape('ab_3');
