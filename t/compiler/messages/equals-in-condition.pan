object template equals-in-condition;

variable OS = 'el9';
'/repo' = if (OS = 'el9') 'new' else 'old';
