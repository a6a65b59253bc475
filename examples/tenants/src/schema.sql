-- Whoever reads these rows can sign: a service of your own encrypts the secrets, or keeps them in a vault.
CREATE TABLE IF NOT EXISTS secrets (
    id INTEGER PRIMARY KEY,
    tenant TEXT NOT NULL,
    label TEXT NOT NULL,
    secret TEXT NOT NULL CHECK (trim(secret, char(9, 10, 11, 12, 13, 32)) <> ''),
    -- Seconds since the Unix epoch; NULL is for ever.
    not_after INTEGER,
    UNIQUE (tenant, label)
) STRICT;
