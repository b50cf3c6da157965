object template relative-path;

'system/name' = 'lxb001';
