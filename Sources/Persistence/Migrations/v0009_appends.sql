-- Who appends to the journal takes the number after the last one, and the key refuses one that is
-- there. That none lies before a checkpoint is what `writ journal verify` looks at; asking at each
-- event whether it is the last was a quarter of what an event costs.
DROP TRIGGER journal_is_append_only_insert;
