-- The secrets are not encrypted here. In production, encrypt them or keep them in a vault.
CREATE TABLE IF NOT EXISTS secrets (
    id INTEGER PRIMARY KEY,
    tenant TEXT NOT NULL,
    label TEXT NOT NULL,
    secret TEXT NOT NULL CHECK (trim(secret, char(9, 10, 11, 12, 13, 32)) <> ''),
    -- In seconds since the Unix epoch. NULL means that the secret does not expire.
    not_after INTEGER,
    UNIQUE (tenant, label)
) STRICT;
