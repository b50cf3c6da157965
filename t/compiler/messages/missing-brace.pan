object template missing-brace;

'/system/users' = dict(
    'alice', dict('uid', 1000,
    'bob', dict('uid', 1001),
);
'/name' = 'lxb001';
