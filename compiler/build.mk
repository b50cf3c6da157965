compiler_USES := base
