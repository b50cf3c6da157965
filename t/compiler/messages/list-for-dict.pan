object template list-for-dict;

type users = string{};
bind '/users' = users;
'/users' = list('alice', 'bob');
