object template global-from-function;

variable COUNT = 0;
'/x' = {
    COUNT = length(OBJECT);
    COUNT;
};
