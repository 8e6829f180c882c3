-- llx_const and llx_oauth_token as Dolibarr 22.0.4's installer makes them on PostgreSQL.
CREATE TABLE llx_const (
  rowid SERIAL PRIMARY KEY,
  name varchar(180) NOT NULL,
  entity integer DEFAULT 1 NOT NULL,
  value text NOT NULL,
  type varchar(64) DEFAULT 'string',
  visible smallint DEFAULT 1 NOT NULL,
  note text,
  tms timestamp without time zone DEFAULT now() NOT NULL
);
CREATE UNIQUE INDEX uk_const ON llx_const (name, entity);
CREATE TABLE llx_oauth_token (
  rowid SERIAL PRIMARY KEY,
  service varchar(36),
  token text,
  tokenstring text,
  state text,
  fk_soc integer,
  fk_user integer,
  fk_adherent integer,
  restricted_ips varchar(200),
  datec timestamp DEFAULT NULL,
  tms timestamp without time zone DEFAULT now() NOT NULL,
  entity integer DEFAULT 1
);
CREATE FUNCTION update_modified_column_tms() RETURNS TRIGGER AS $$ BEGIN NEW.tms = now(); RETURN NEW; END; $$ LANGUAGE plpgsql;
CREATE TRIGGER update_customer_modtime BEFORE UPDATE ON llx_const FOR EACH ROW EXECUTE PROCEDURE update_modified_column_tms();
