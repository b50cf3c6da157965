cdb_USES := compiler base
