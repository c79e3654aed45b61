package data

import (
	_ "github.com/alexedwards/scs/v2"
	_ "github.com/jackc/pgx/v5/stdlib"
	_ "github.com/pressly/goose/v3"
	_ "modernc.org/sqlite"
)
