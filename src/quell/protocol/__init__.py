"""Protocol packs (rules as data) and the duty function (pure). No Django, no database, no clock."""
