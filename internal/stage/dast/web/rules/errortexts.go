package rules

import (
	"bytes"
	"net/http"
	"regexp"
	"strings"
	"unicode"
)

// errorTexts are what platforms write when an error was not handled, in the words of
// each platform's own source.
func errorTexts() []string {
	return []string{
		// PHP
		"Fatal error: Uncaught", "<b>Fatal error</b>:", "<b>Parse error</b>:", "Cannot modify header information - headers already sent", "Call to undefined function",
		"Call to a member function", "failed to open stream:", "supplied argument is not a valid", "is not a valid MySQL", "PDOException", "mysqli_sql_exception",
		"Illuminate\\Database\\QueryException", "Zend_Db_Statement", "Stack trace:\n#0",
		// SQL
		"You have an error in your SQL syntax", "MySQLSyntaxErrorException", "MySqlException", "com.mysql.jdbc.", "com.mysql.cj.jdbc.", "MySQL server version for the right syntax",
		"org.postgresql.util.PSQLException", "Npgsql.PostgresException", "Npgsql.NpgsqlException", "PG::SyntaxError", "PG::UndefinedTable", "pg_query():", "pg_exec() [",
		"unterminated quoted string at or near", "syntax error at or near \"", "oracle.jdbc.", "quoted string not properly terminated", "SQL command not properly ended",
		"Unclosed quotation mark after the character string", "Unclosed quotation mark before the character string", "Incorrect syntax near",
		"Microsoft OLE DB Provider for ODBC Drivers", "Microsoft OLE DB Provider for SQL Server", "Microsoft OLE DB Provider for Oracle", "ODBC SQL Server Driver",
		"ODBC Microsoft Access Driver", "[Microsoft][ODBC", "Microsoft JET Database Engine", "System.Data.SqlClient.SqlException", "Microsoft.Data.SqlClient.SqlException",
		"System.Data.OleDb.OleDbException", "SQLServerException", "DB2 SQL error", "CLI Driver][DB2", "com.ibm.db2.jcc.", "SQLite3::SQLException", "sqlite3.OperationalError",
		"SQLITE_ERROR", "System.Data.SQLite.SQLiteException", "com.sybase.jdbc", "Sybase message:", "com.informix.jdbc", "java.sql.SQLException", "org.hibernate.exception.",
		// Java
		"java.lang.NullPointerException", "java.lang.NumberFormatException", "java.lang.IllegalArgumentException", "java.lang.IllegalStateException", "java.lang.ClassCastException",
		"java.lang.ClassNotFoundException", "java.lang.ArrayIndexOutOfBoundsException", "java.lang.OutOfMemoryError", "java.io.FileNotFoundException", "javax.servlet.ServletException",
		"jakarta.servlet.ServletException", "javax.naming.NamingException", "org.apache.jasper.JasperException", "org.springframework.web.util.NestedServletException",
		"org.springframework.beans.factory.", "org.xml.sax.SAXParseException", "Whitelabel Error Page", "Struts Problem Report", "Exception in thread \"",
		// .NET and ASP
		"Server Error in '/' Application", "An unhandled exception occurred during the execution of the current web request", "An unhandled exception occurred while processing the request",
		"System.NullReferenceException", "System.InvalidOperationException", "System.Web.HttpUnhandledException", "System.Web.HttpException", "System.FormatException",
		"Microsoft VBScript runtime error", "Microsoft VBScript compilation error", "Active Server Pages error", "ADODB.Field error", "ADODB.Command error", "MS.Internal.Xml.",
		// Python, Ruby, Node, Go, Perl, Rust, ColdFusion
		"Traceback (most recent call last):", "django.db.utils.", "django.core.exceptions.", "jinja2.exceptions.", "lxml.etree.XMLSyntaxError",
		"ActionController::RoutingError", "ActionView::Template::Error", "ActiveRecord::StatementInvalid", "ActiveRecord::RecordNotFound", "NoMethodError in",
		"SyntaxError: Unexpected token", "SyntaxError: Unexpected end of JSON input", "ReferenceError: ", "TypeError: Cannot read propert", "Error: Cannot find module", "UnhandledPromiseRejection",
		"at Object.&lt;anonymous&gt; (", "panic: runtime error:", "Can't locate object method", "thread 'main' panicked at", "Error Diagnostic Information", "coldfusion.runtime.",
	}
}

// errorPatterns are error texts with changing parts; word must be in the body before
// the pattern is tried.
var errorPatterns = []struct {
	word    string
	pattern *regexp.Regexp
}{
	{"ORA-", regexp.MustCompile(`\bORA-[0-9]{5}\b`)},
	{"PLS-", regexp.MustCompile(`\bPLS-[0-9]{5}\b`)},
	{".java:", regexp.MustCompile(`\bat [\w$.]+\(\w+\.java:[0-9]+\)`)},
	{"on line <b>", regexp.MustCompile(`<b>[^<]{1,300}</b> on line <b>[0-9]+</b>`)},
	{"goroutine ", regexp.MustCompile(`\bgoroutine [0-9]+ \[[a-z ]+\]:`)},
	{"on line ", regexp.MustCompile(`\b(?:Warning|Notice|Deprecated): [^\n<]{1,300} in /[^\n<]{1,300} on line [0-9]+`)},
}

// debugError is 10023: the page looks like what a developer should see.
func debugError(p *Page) []hit {
	if len(p.Body) == 0 || !p.Text() || p.javascript() && !p.low() {
		return nil
	}
	for _, text := range debugTexts() {
		if i := bytes.Index(p.lower(), []byte(strings.ToLower(text))); i >= 0 {
			return one(hit{evidence: string(p.Body[i : i+len(text)])})
		}
	}
	return nil
}

func debugTexts() []string {
	return []string{
		"Internal Server Error", "This error page might contain sensitive information because ASP.NET", "An error occurred at runtime", "Error Occurred While Processing Request",
		"Server Error in", "Error Message :", "Error Report", "Error Type", "Error converting data type", "Exception Details:", "Exception report", "A server error occurred",
		"Application Error", "Debug Info", "Debugging information", "Stack Trace:", "Source Error:", "The debugger caught an exception", "Run-time error", "Unhandled exception",
		"There was an error in your template", "There seems to have been a problem with the database", "Invalid SQL statement", "SQL error", "Query failed", "Database error",
		"Configuration error", "Compilation error", "Parser error",
	}
}

// applicationError is 90022: an error that the application did not handle.
func applicationError(p *Page) []hit {
	if p.Status == http.StatusInternalServerError {
		if p.Threshold == High {
			return nil
		}
		return one(hit{risk: "Low", evidence: p.statusLine()})
	}
	if p.Status == http.StatusNotFound || strings.Contains(p.ContentType(), "wasm") || p.javascript() || p.css() || p.binary() {
		return nil
	}
	for _, text := range errorTexts() {
		if bytes.Contains(p.Body, []byte(text)) {
			return one(hit{evidence: text})
		}
	}
	for _, e := range errorPatterns {
		places := offsets(p.Body, e.word)
		for _, at := range places[:min(len(places), maxPlaces)] {
			if m := e.pattern.Find(p.Body[max(at-maxBefore, 0):min(at+maxAfter, len(p.Body))]); m != nil {
				return one(hit{evidence: string(m)})
			}
		}
	}
	return nil
}

// How much around a word an error pattern is looked for, and how often: a page made of
// such words must not keep us busy.
const (
	maxPlaces = 50
	maxBefore = 700
	maxAfter  = 200
)

// binary reports whether a body of no declared type is no text.
func (p *Page) binary() bool {
	if p.ContentType() != "" {
		return false
	}
	start := p.Body[:min(len(p.Body), 512)]
	return bytes.ContainsFunc(start, func(r rune) bool { return unicode.IsControl(r) && !strings.ContainsRune("\t\n\r\f\x1b", r) })
}
