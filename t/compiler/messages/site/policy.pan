template site/policy;

final '/system/rootmail' = 'root@example.org';
final variable POLICY = 'strict';
