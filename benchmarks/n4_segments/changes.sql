-- Written by hand for DuckDB: the members as rows, and what changed since those of the evaluation before.

CREATE TABLE members AS
SELECT segment_id, customer_id
FROM (UNPIVOT answered ON COLUMNS(* EXCLUDE customer_id) INTO NAME segment_id VALUE inside)
WHERE inside;

CREATE TABLE changes AS
SELECT segment_id, customer_id, 'entered' AS change
FROM members ANTI JOIN before USING (segment_id, customer_id)
UNION ALL
SELECT segment_id, customer_id, 'left' AS change
FROM before ANTI JOIN members USING (segment_id, customer_id);
