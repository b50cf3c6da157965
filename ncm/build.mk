ncm_USES := base
