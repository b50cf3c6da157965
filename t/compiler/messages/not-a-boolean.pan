object template not-a-boolean;

variable COUNT = 3;
'/many' = if (COUNT) 'yes' else 'no';
