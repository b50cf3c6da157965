object template circular-reference;

'/peer' = value('site/peer:/name');
'/name' = 'a';
