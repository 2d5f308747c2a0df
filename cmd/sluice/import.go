package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"sluice/cmd/sluice/sourcecue"
	"sluice/compiler/load"
	"sluice/compiler/resolve"
	"sluice/runtime/introspect"
	"sluice/runtime/introspect/bigquery"
	"sluice/runtime/introspect/files"
	"sluice/runtime/introspect/mongodb"
	"sluice/runtime/introspect/mysql"
	"sluice/runtime/introspect/postgres"
)

// importFlags are those of every kind of import.
type importFlags struct {
	include []string
	exclude []string
	out     string
	force   bool

	// Of databases.
	host, database, user, tls, passwordEnv, secret string
	port                                           int
	endpoint                                       string
	sample                                         int
	project, dataset                               string
}

func newImport(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "import",
		Short: "Write a source from the schema of a live system",
		Long: "Read the schema of a live system and write it as a source: tables, columns, types, descriptions and\n" +
			"keys. Guesses (cursors, personal data) stand in comments. Only the schema is read; of MongoDB a sample\n" +
			"of documents, of files their beginnings.",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cmd.Help()
			}
			if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
				return fmt.Errorf("import does not read %q; did you mean %q?", args[0], near[0])
			}
			return fmt.Errorf("import does not read %q; `sluice import --help` lists what it reads", args[0])
		},
	}
	cmd.AddCommand(importPostgres(a), importMySQL(a), importMongoDB(a), importBigQuery(a), importFiles(a))
	return cmd
}

func (f *importFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringSliceVar(&f.include, "tables", nil, "tables to take, by patterns: public.*, orders (default: all)")
	flags.StringSliceVar(&f.exclude, "exclude", nil, "tables to leave out, by patterns")
	flags.StringVar(&f.out, "out", "", "file to write; - is stdout (default source_<name>.cue in the platform's folder)")
	flags.BoolVar(&f.force, "force", false, "overwrite the file")
}

// addDatabase adds the flags of a database behind a port.
func (f *importFlags) addDatabase(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.host, "host", "", "host name")
	flags.IntVar(&f.port, "port", 0, "port (default: the system's usual one)")
	flags.StringVar(&f.database, "database", "", "database")
	flags.StringVar(&f.user, "user", "", "user")
	flags.StringVar(&f.tls, "tls", "", "transport security: require, verify, disable (default: what the server offers)")
	f.addPassword(cmd)
}

func (f *importFlags) addPassword(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.passwordEnv, "password-env", "", "environment variable that holds the password")
	cmd.Flags().StringVar(&f.secret, "secret", "", "declared secret that the source names (default: <name>_password, declared in the file)")
}

// password reads the variable that --password-env names.
func (f *importFlags) password() (string, error) {
	if f.passwordEnv == "" {
		return "", nil
	}
	password, ok := os.LookupEnv(f.passwordEnv)
	if !ok {
		return "", fmt.Errorf("--password-env %s: there is no such variable", f.passwordEnv)
	}
	return password, nil
}

// envName is how the language spells variables of secrets.
var envName = regexp.MustCompile(`^[A-Z][A-Z0-9_]*$`)

// secretOf fills in the secret that a source's connection names.
func (f *importFlags) secretOf(o *sourcecue.Options) {
	if o.Secret = f.secret; o.Secret != "" {
		return
	}
	o.Secret = o.Name + "_password"
	o.SecretEnv = strings.ToUpper(o.Secret)
	if envName.MatchString(f.passwordEnv) {
		o.SecretEnv = f.passwordEnv
	}
}

func (f *importFlags) tlsMode() error {
	switch f.tls {
	case "", "require", "verify", "disable":
		return nil
	}
	return fmt.Errorf("--tls %s: want require, verify or disable", f.tls)
}

// required names the flags that are missing.
func required(flags ...string) error {
	for i := 0; i < len(flags); i += 2 {
		if flags[i+1] == "" {
			return fmt.Errorf("--%s is required", flags[i])
		}
	}
	return nil
}

// importer makes one kind's command: read fills the options for what it read.
func importer(a *app, use, short string, args cobra.PositionalArgs, add func(*importFlags, *cobra.Command),
	read func(context.Context, *importFlags, []string, introspect.Selection, *sourcecue.Options) (introspect.Schema, error)) *cobra.Command {
	f := &importFlags{}
	cmd := &cobra.Command{
		Use: use, Short: short, Args: args,
		RunE: func(cmd *cobra.Command, args []string) error {
			if !sourceName.MatchString(args[0]) {
				return fmt.Errorf("source name %q: want small letters, digits and _, a letter first", args[0])
			}
			if slices.Contains(resolve.ReservedDatasets, args[0]) {
				return fmt.Errorf("source name %q is reserved; choose another than %s", args[0], strings.Join(resolve.ReservedDatasets, ", "))
			}
			want := introspect.Selection{Include: f.include, Exclude: f.exclude}
			if err := want.Check(); err != nil {
				return err
			}
			target, err := a.importTarget(f, args[0])
			if err != nil {
				return err
			}
			o := sourcecue.Options{Name: args[0]}
			if o.Package, err = a.packageName(); err != nil {
				return err
			}
			schema, err := read(cmd.Context(), f, args, want, &o)
			if err != nil {
				return err
			}
			return a.writeImport(f, target, o, schema)
		},
	}
	f.add(cmd)
	add(f, cmd)
	return cmd
}

var sourceName = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// libpq fills in what only the variables of PostgreSQL's own programs say, so that the
// source says it too.
func (f *importFlags) libpq() error {
	f.host = cmp.Or(f.host, os.Getenv("PGHOST"))
	f.database = cmp.Or(f.database, os.Getenv("PGDATABASE"))
	f.user = cmp.Or(f.user, os.Getenv("PGUSER"))
	if port := os.Getenv("PGPORT"); f.port == 0 && port != "" {
		var err error
		if f.port, err = strconv.Atoi(port); err != nil {
			return fmt.Errorf("PGPORT %q is no port", port)
		}
	}
	return nil
}

func importPostgres(a *app) *cobra.Command {
	return importer(a, "postgres NAME", "Import a PostgreSQL database (libpq's variables, PGHOST and so on, stand in for flags)", cobra.ExactArgs(1),
		(*importFlags).addDatabase,
		func(ctx context.Context, f *importFlags, _ []string, want introspect.Selection, o *sourcecue.Options) (introspect.Schema, error) {
			password, err := f.password()
			if err == nil {
				err = f.tlsMode()
			}
			if err == nil {
				err = f.libpq()
			}
			if err == nil {
				err = required("host", f.host, "database", f.database)
			}
			if err != nil {
				return introspect.Schema{}, err
			}
			f.secretOf(o)
			o.Kind, o.From = "postgres", fmt.Sprintf("the PostgreSQL database %s on %s", f.database, f.host)
			o.Connection = f.connection()
			o.FromPrefix = func(name string) string { return strings.TrimPrefix(name, "public.") }
			return postgres.Read(ctx, postgres.Options{Host: f.host, Port: f.port, Database: f.database, User: f.user, Password: password, TLS: f.tls}, want)
		})
}

func importMySQL(a *app) *cobra.Command {
	return importer(a, "mysql NAME", "Import a MySQL or MariaDB database", cobra.ExactArgs(1),
		(*importFlags).addDatabase,
		func(ctx context.Context, f *importFlags, _ []string, want introspect.Selection, o *sourcecue.Options) (introspect.Schema, error) {
			password, err := f.password()
			if err == nil {
				err = f.tlsMode()
			}
			if err == nil {
				err = required("host", f.host, "database", f.database, "user", f.user)
			}
			if err != nil {
				return introspect.Schema{}, err
			}
			f.secretOf(o)
			o.Kind, o.From = "mysql", fmt.Sprintf("the MySQL database %s on %s", f.database, f.host)
			o.Connection = f.connection()
			return mysql.Read(ctx, mysql.Options{Host: f.host, Port: f.port, Database: f.database, User: f.user, Password: password, TLS: f.tls}, want)
		})
}

// connection is what the flags say of a database.
func (f *importFlags) connection() []sourcecue.Setting {
	settings := []sourcecue.Setting{sourcecue.Text("host", f.host)}
	if f.port != 0 {
		settings = append(settings, sourcecue.Setting{Name: "port", Value: fmt.Sprint(f.port)})
	}
	return append(settings, sourcecue.Text("database", f.database), sourcecue.Text("user", f.user), sourcecue.Text("tls", f.tls))
}

func importMongoDB(a *app) *cobra.Command {
	return importer(a, "mongodb NAME", "Import a MongoDB database from a sample of its documents", cobra.ExactArgs(1),
		func(f *importFlags, cmd *cobra.Command) {
			flags := cmd.Flags()
			flags.StringVar(&f.endpoint, "endpoint", "", "address, mongodb://host:port or mongodb+srv://host, without user and password")
			flags.StringVar(&f.database, "database", "", "database")
			flags.StringVar(&f.user, "user", "", "user")
			flags.IntVar(&f.sample, "sample", 1000, "documents of each collection to look at")
			f.addPassword(cmd)
		},
		func(ctx context.Context, f *importFlags, _ []string, want introspect.Selection, o *sourcecue.Options) (introspect.Schema, error) {
			password, err := f.password()
			if err == nil {
				err = required("endpoint", f.endpoint, "database", f.database)
			}
			host, port, endpointErr := mongodb.Address(f.endpoint)
			if err == nil {
				err = endpointErr
			}
			if err != nil {
				return introspect.Schema{}, err
			}
			f.host, f.port = host, port
			f.secretOf(o)
			o.Kind, o.From = "mongodb", fmt.Sprintf("the MongoDB database %s on %s", f.database, host)
			o.Connection = f.connection()
			return mongodb.Read(ctx, mongodb.Options{Endpoint: f.endpoint, Database: f.database, User: f.user, Password: password, Sample: f.sample}, want)
		})
}

func importBigQuery(a *app) *cobra.Command {
	return importer(a, "bigquery NAME", "Import a BigQuery dataset (with the credentials of gcloud or the service account)", cobra.ExactArgs(1),
		func(f *importFlags, cmd *cobra.Command) {
			cmd.Flags().StringVar(&f.project, "project", "", "project")
			cmd.Flags().StringVar(&f.dataset, "dataset", "", "dataset")
			cmd.Flags().StringVar(&f.endpoint, "endpoint", "", "another address of the API, called without credentials")
		},
		func(ctx context.Context, f *importFlags, _ []string, want introspect.Selection, o *sourcecue.Options) (introspect.Schema, error) {
			if err := required("project", f.project, "dataset", f.dataset); err != nil {
				return introspect.Schema{}, err
			}
			o.Kind, o.From = "bigquery", fmt.Sprintf("the BigQuery dataset %s.%s", f.project, f.dataset)
			o.External, o.Wildcards = true, true
			o.Connection = []sourcecue.Setting{sourcecue.Text("project", f.project), sourcecue.Text("dataset", f.dataset)}
			return bigquery.Read(ctx, bigquery.Options{Project: f.project, Dataset: f.dataset, Endpoint: f.endpoint}, want)
		})
}

func importFiles(a *app) *cobra.Command {
	return importer(a, "files NAME ROOT", "Import the files below ROOT/NAME/<table>/<YYYY-MM-DD>: CSV, JSON Lines, Parquet", cobra.ExactArgs(2),
		func(*importFlags, *cobra.Command) {},
		func(ctx context.Context, f *importFlags, args []string, want introspect.Selection, o *sourcecue.Options) (introspect.Schema, error) {
			root, err := a.root()
			if err != nil {
				return introspect.Schema{}, err
			}
			folder := args[1]
			if !filepath.IsAbs(folder) {
				folder = filepath.Join(root, folder)
			}
			o.Kind, o.From = "file", "the files below "+filepath.ToSlash(filepath.Join(args[1], args[0]))
			o.Connection = []sourcecue.Setting{sourcecue.Text("root", filepath.ToSlash(filepath.Clean(args[1])))}
			return files.Read(ctx, filepath.Join(folder, args[0]), want)
		})
}

// importTarget is the file to write, "" for stdout; one that is there is refused
// before anything is read.
func (a *app) importTarget(f *importFlags, name string) (string, error) {
	if f.out == "-" {
		return "", nil
	}
	target := f.out
	if target == "" {
		target = filepath.Join(a.dir, "source_"+name+".cue")
	}
	if _, err := os.Stat(target); err == nil && !f.force {
		return "", fmt.Errorf("%s is there already: --force overwrites it, --out names another file", filepath.ToSlash(target))
	}
	return target, nil
}

// packageClause is how a CUE file names its package.
var packageClause = regexp.MustCompile(`(?m)^package ([A-Za-z_][A-Za-z0-9_]*)`)

// packageName is the platform's package; that of the folder where there is none yet.
func (a *app) packageName() (string, error) {
	root, err := a.root()
	if err != nil {
		return "", err
	}
	names, err := filepath.Glob(filepath.Join(root, "*.cue"))
	if err != nil {
		return "", err
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			return "", err
		}
		if m := packageClause.FindSubmatch(text); m != nil {
			return string(m[1]), nil
		}
	}
	return "", errors.New("there is no platform here: run `sluice init` first, or name its folder with -C")
}

func (a *app) writeImport(f *importFlags, target string, o sourcecue.Options, schema introspect.Schema) error {
	if len(schema.Tables) == 0 {
		return fmt.Errorf("nothing to import: there is no table in %s that was asked for", o.From)
	}
	text, notes := sourcecue.Write(o, schema)
	data, err := load.Format([]byte(text))
	if err != nil {
		return fmt.Errorf("the source cannot be written: %w", err)
	}
	for _, n := range notes {
		fmt.Fprintf(a.err, "note: %s\n", n)
	}
	if target == "" {
		_, err := a.out.Write(data)
		return err
	}
	if err := os.WriteFile(target, data, 0o644); err != nil {
		return err
	}
	columns := 0
	for _, t := range schema.Tables {
		columns += len(t.Columns)
	}
	fmt.Fprintf(a.out, "%s: %s, %s\n", filepath.ToSlash(target), count(len(schema.Tables), "table"), count(columns, "column"))
	if o.SecretEnv != "" && !a.quiet {
		fmt.Fprintf(a.err, "The secret %q is declared with the variable %s; change it where the password is kept elsewhere.\n", o.Secret, o.SecretEnv)
	}
	return nil
}
