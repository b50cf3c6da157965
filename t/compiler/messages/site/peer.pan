object template site/peer;

'/name' = value('circular-reference:/name') + '-peer';
