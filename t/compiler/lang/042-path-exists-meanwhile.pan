object template 042-path-exists-meanwhile;
'/x' = { if (exists('/x')) 'there' else 'no' };
