"""PostgreSQL, the record: schema, migrations, and one module per aggregate."""
