"""Pages on which parks are founded, renamed, moved, redrawn, given directions, merged, split and closed, each with a preview first."""
