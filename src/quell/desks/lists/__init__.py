"""Lists of cases, contacts, people, tubes, places and duties: one view for all."""
