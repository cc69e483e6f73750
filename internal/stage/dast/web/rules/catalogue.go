package rules

// catalogue is the one list of the passive rules, in the order of their ids. Ids,
// names, risks, confidences and the CWE and WASC numbers are those of ZAP.
func catalogue() []rule {
	rules := make([]rule, 0, 50)
	for _, part := range [][]rule{cookieRules(), pageRules(), serverRules(), policyRules(), formRules(), scriptRules(), disclosureRules(), heuristicRules()} {
		rules = append(rules, part...)
	}
	return sorted(rules)
}

func cookieRules() []rule {
	const reference = "https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Set-Cookie"
	return []rule{
		{
			id: 10010, name: "Cookie No HttpOnly Flag", risk: "Low", confidence: "Medium", cwe: 1004, wasc: 13, reference: reference, check: lacking("httponly", false),
			description: "The cookie has no HttpOnly attribute, so any script on the page can read it. A single script injection is then enough to take the session away.",
			solution:    "Add HttpOnly to every cookie that no script needs to read.",
		},
		{
			id: 10011, name: "Cookie Without Secure Flag", risk: "Low", confidence: "Medium", cwe: 614, wasc: 13, reference: reference, check: lacking("secure", true),
			description: "The cookie was set over TLS without the Secure attribute, so the browser also sends it over plain HTTP, where anybody on the path reads it.",
			solution:    "Add Secure to every cookie that is set over TLS.",
		},
		{
			id: 10054, name: "Cookie without SameSite Attribute", risk: "Low", confidence: "Medium", cwe: 1275, wasc: 13, reference: reference, check: sameSite,
			description: "The cookie does not say when it may go along with requests that other sites start, which leaves room for forged requests and timing attacks.",
			solution:    "Set SameSite=Lax, or SameSite=Strict where no link from another site must keep the session.",
			variants: []variant{
				{},
				{name: "Cookie with SameSite Attribute None", description: "The cookie has SameSite=None, so it goes along with every request that other sites start."},
				{name: "Cookie with Invalid SameSite Attribute", description: "The value of the cookie's SameSite attribute is none of Strict, Lax and None, so browsers fall back to their own choice."},
			},
		},
		{
			id: 90033, name: "Loosely Scoped Cookie", risk: "Informational", confidence: "Low", cwe: 565, wasc: 15, reference: reference, check: looseCookie,
			description: "The cookie's Domain is a parent of this host, so all hosts below that domain receive the cookie and can overwrite it.",
			solution:    "Leave Domain out, so that the cookie stays with the host that sets it.",
		},
	}
}

func pageRules() []rule {
	return []rule{
		{
			id: 10015, name: "Re-examine Cache-control Directives", risk: "Informational", confidence: "Low", cwe: 525, wasc: 13, check: cacheControl,
			reference:   "https://www.rfc-editor.org/rfc/rfc9111",
			description: "Cache-Control is missing or does not keep this answer out of caches. That is right for public files; for personal content a shared cache or the disk may keep it.",
			solution:    "For content that is not public send Cache-Control: no-cache, no-store, must-revalidate, private. For public files consider public, max-age and immutable.",
		},
		{
			id: 10019, name: "Content-Type Header Missing", risk: "Informational", confidence: "Medium", cwe: 345, wasc: 12, check: contentType, systemic: true,
			reference:   "https://mimesniff.spec.whatwg.org/",
			description: "The answer has a body but does not say of which type, so browsers guess, and what was meant as text may run as a page.",
			solution:    "Send Content-Type with every answer that has a body.",
			variants:    []variant{{}, {name: "Content-Type Header Empty"}},
		},
		{
			id: 10033, name: "Directory Browsing", risk: "Medium", confidence: "Medium", cwe: 548, wasc: 16, check: listing,
			reference:   "https://cwe.mitre.org/data/definitions/548.html",
			description: "The server lists the files of a directory. Backups, sources and configuration that nobody linked become easy to find.",
			solution:    "Switch directory listings off (autoindex off in nginx, Options -Indexes in Apache httpd).",
		},
		{
			id: 10044, name: "Big Redirect Detected (Potential Sensitive Information Leak)", risk: "Low", confidence: "Medium", cwe: 201, wasc: 13, check: bigRedirect,
			reference:   "https://cwe.mitre.org/data/definitions/201.html",
			description: "A redirect carries far more than it needs. Often the page that should have been protected was written out behind the Location header.",
			solution:    "End the request after the redirect and send a short body or none.",
			variants:    []variant{{}, {name: "Multiple HREFs Redirect Detected (Potential Sensitive Information Leak)"}},
		},
		{
			id: 10050, name: "Retrieved from Cache", risk: "Informational", confidence: "Medium", cwe: 525, check: cached, systemic: true,
			reference:   "https://www.rfc-editor.org/rfc/rfc9111",
			description: "The answer came out of a shared cache. If it is personal, other users of that cache may be given it too.",
			solution:    "Send Cache-Control: no-store, private with everything that is meant for one user.",
			variants:    []variant{{}, {}},
		},
		{
			id: 10098, name: "Cross-Domain Misconfiguration", risk: "Medium", confidence: "Medium", cwe: 264, wasc: 14, check: anyOrigin, systemic: true,
			reference:   "https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/CORS",
			description: "Access-Control-Allow-Origin: * lets scripts of every site read this answer, also from inside a visitor's own network.",
			solution:    "Name the origins that need the answer, or drop the header. Keep * for data that is public to everyone.",
		},
		{
			id: 10105, name: "Weak Authentication Method", risk: "Medium", confidence: "Medium", cwe: 326, wasc: 4, check: weakAuthentication, systemic: true,
			reference:   "https://cheatsheetseries.owasp.org/cheatsheets/Authentication_Cheat_Sheet.html",
			description: "The server asks for Basic or Digest credentials over plain HTTP, where everybody on the path can read or replay them.",
			solution:    "Serve the page over TLS only.",
			variants: []variant{
				{name: "Authentication Credentials Captured", cwe: 287, wasc: 1, description: "Basic or Digest credentials went over plain HTTP, where everybody on the path can read or replay them."},
				{},
			},
		},
	}
}

func serverRules() []rule {
	const (
		reference = "https://owasp.org/www-project-web-security-testing-guide/"
		drop      = "Configure the server or a proxy in front of it to drop the header."
	)
	return []rule{
		{
			id: 10009, name: "In Page Banner Information Leak", risk: "Low", confidence: "High", cwe: 497, wasc: 13, check: banner, reference: reference,
			description: "An error page names the product that wrote it with its version, which tells an attacker which known weaknesses to try.",
			solution:    "Serve error pages of your own and switch the server's signature off.",
		},
		{
			id: 10034, name: "Heartbleed OpenSSL Vulnerability (Indicative)", risk: "High", confidence: "Low", cwe: 119, wasc: 20, check: heartbleed, systemic: true,
			reference:   "https://nvd.nist.gov/vuln/detail/CVE-2014-0160",
			description: "The Server header names an OpenSSL release with the Heartbleed bug (CVE-2014-0160), which gives away the server's memory. Distributions fix the bug without changing the version, so this is a hint, no proof.",
			solution:    "Update OpenSSL, then replace keys and certificates.",
		},
		{
			id: 10036, name: "HTTP Server Response Header", risk: "Low", confidence: "High", cwe: 497, wasc: 13, check: serverHeader, systemic: true, reference: reference,
			description: "The Server header names the product that answers, which helps an attacker to choose known weaknesses.",
			solution:    "Switch the header off or shorten it to a word without a version (server_tokens off in nginx, ServerTokens Prod in Apache httpd).",
			variants: []variant{
				{name: `Server Leaks its Webserver Application via "Server" HTTP Response Header Field`, risk: "Informational"},
				{name: `Server Leaks Version Information via "Server" HTTP Response Header Field`},
			},
		},
		{
			id: 10037, name: `Server Leaks Information via "X-Powered-By" HTTP Response Header Field(s)`, risk: "Low", confidence: "Medium", cwe: 497, wasc: 13, check: poweredBy, systemic: true, reference: reference,
			description: "X-Powered-By names the framework behind the application, often with its version.", solution: drop,
		},
		{
			id: 10039, name: "X-Backend-Server Header Information Leak", risk: "Low", confidence: "Medium", cwe: 497, wasc: 13, check: disclosing(false, "X-Backend-Server"), systemic: true, reference: reference,
			description: "X-Backend-Server names the inner host that answered, which maps the network behind the proxy.", solution: drop,
		},
		{
			id: 10052, name: "X-ChromeLogger-Data (XCOLD) Header Information Leak", risk: "Medium", confidence: "High", cwe: 532, wasc: 13, check: disclosing(false, "X-Chromelogger-Data", "X-Chromephp-Data"), reference: reference,
			description: "The answer carries the server's debug log in a header: paths, queries and variables, readable after Base64 decoding.",
			solution:    "Switch Chrome Logger off outside development.",
		},
		{
			id: 10056, name: "X-Debug-Token Information Leak", risk: "Low", confidence: "High", cwe: 489, wasc: 15, check: disclosing(true, "X-Debug-Token-Link", "X-Debug-Token"), reference: "https://symfony.com/doc/current/profiler.html",
			description: "The header leads to the Symfony profiler, which shows requests, sessions and configuration.",
			solution:    "Run the application in its production environment, without the profiler.",
		},
		{
			id: 10061, name: "X-AspNet-Version Response Header", risk: "Low", confidence: "High", cwe: 933, wasc: 14, check: disclosing(false, "X-Aspnet-Version", "X-Aspnetmvc-Version"), systemic: true, reference: reference,
			description: "The header names the version of ASP.NET, which helps an attacker to choose known weaknesses.",
			solution:    `Switch it off: enableVersionHeader="false" in httpRuntime, MvcHandler.DisableMvcResponseHeader for MVC.`,
		},
	}
}

func policyRules() []rule {
	return []rule{
		{
			id: 10020, name: "Anti-clickjacking Header", risk: "Medium", confidence: "Medium", cwe: 1021, wasc: 15, check: framing, systemic: true,
			reference:   "https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/X-Frame-Options",
			description: "Other sites may show this page in a frame and make visitors click on what they do not see.",
			solution:    "Send Content-Security-Policy with frame-ancestors 'none' or 'self', or X-Frame-Options: DENY or SAMEORIGIN, with every page.",
			variants: []variant{
				{name: "Missing Anti-clickjacking Header"},
				{name: "Multiple X-Frame-Options Header Entries", description: "X-Frame-Options is sent more than once, and browsers do not agree on what that means.", solution: "Send the header once."},
				{name: "X-Frame-Options Defined via META (Non-compliant with Spec)", description: "X-Frame-Options stands in a meta element, where browsers ignore it (RFC 7034).", solution: "Send it as a header."},
				{name: "X-Frame-Options Setting Malformed", description: "The value of X-Frame-Options is neither DENY nor SAMEORIGIN, so browsers ignore it.", solution: "Send DENY or SAMEORIGIN; for single other sites use frame-ancestors."},
			},
		},
		{
			id: 10021, name: "X-Content-Type-Options Header Missing", risk: "Low", confidence: "Medium", cwe: 693, wasc: 15, check: sniffing, systemic: true,
			reference:   "https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/X-Content-Type-Options",
			description: "Without X-Content-Type-Options: nosniff browsers may guess the type of this answer from its content and run what was meant as text.",
			solution:    "Send the right Content-Type and X-Content-Type-Options: nosniff with every answer.",
		},
		strictTransportRule(),
		{
			id: 10038, name: "Content Security Policy (CSP) Header Not Set", risk: "Medium", confidence: "High", cwe: 693, wasc: 15, check: policyMissing, systemic: true,
			reference:   "https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/CSP",
			description: "No content security policy tells the browser what may run and load on this page, so an injected script meets no second line of defence.",
			solution:    "Send a Content-Security-Policy header with every page, for example default-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'.",
			variants: []variant{
				{},
				{name: "Obsolete Content Security Policy (CSP) Header Found", risk: "Informational", description: "X-Content-Security-Policy and X-WebKit-CSP are names from before the standard; browsers no longer read them.", solution: "Send Content-Security-Policy instead."},
				{name: "Content Security Policy (CSP) Report-Only Header Found", risk: "Informational", description: "Content-Security-Policy-Report-Only reports what it would stop and stops nothing.", solution: "Once the reports are clean, send the policy as Content-Security-Policy."},
			},
		},
		contentPolicyRule(),
		{
			id: 10063, name: "Permissions Policy Header Not Set", risk: "Low", confidence: "Medium", cwe: 693, wasc: 15, check: permissions, systemic: true,
			reference:   "https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Permissions-Policy",
			description: "The page does not say which browser features (camera, location, full screen and so on) it and its frames may use, so an injected script may use them all.",
			solution:    "Send Permissions-Policy and switch off what the page does not need, for example camera=(), microphone=(), geolocation=().",
			variants:    []variant{{}, {name: "Deprecated Feature Policy Header Set", description: "Feature-Policy was renamed; new browsers do not read it.", solution: "Send Permissions-Policy instead."}},
		},
		{
			id: 90004, name: "Insufficient Site Isolation Against Spectre Vulnerability", risk: "Low", confidence: "Medium", cwe: 693, wasc: 14, check: isolation, systemic: true,
			reference:   "https://web.dev/articles/why-coop-coep",
			description: "Without the Cross-Origin headers other sites can load this answer into the process that runs their scripts, from where side channels such as Spectre read it.",
			solution:    "Send Cross-Origin-Resource-Policy: same-origin, and with documents also Cross-Origin-Embedder-Policy: require-corp and Cross-Origin-Opener-Policy: same-origin.",
			variants: []variant{
				{name: "Cross-Origin-Resource-Policy Header Missing or Invalid"},
				{name: "Cross-Origin-Embedder-Policy Header Missing or Invalid"},
				{name: "Cross-Origin-Opener-Policy Header Missing or Invalid"},
			},
		},
	}
}

func strictTransportRule() rule {
	return rule{
		id: 10035, name: "Strict-Transport-Security Header", risk: "Low", confidence: "High", cwe: 319, wasc: 15, check: strictTransport, systemic: true,
		reference:   "https://www.rfc-editor.org/rfc/rfc6797",
		description: "Strict-Transport-Security does not hold browsers to TLS, so the next visit may begin in plain HTTP, where an attacker on the path can keep it.",
		solution:    "Send one header Strict-Transport-Security: max-age=31536000; includeSubDomains with every answer over TLS.",
		variants: []variant{
			{name: "Strict-Transport-Security Header Not Set"},
			{name: "Strict-Transport-Security Disabled", description: "max-age=0 tells browsers to forget that this host wants TLS."},
			{name: "Strict-Transport-Security Multiple Header Entries (Non-compliant with Spec)", description: "The header is sent more than once; browsers read the first one only."},
			{name: "Strict-Transport-Security Header on Plain HTTP Response", risk: "Informational", description: "Over plain HTTP browsers must ignore the header; perhaps this page was meant for TLS."},
			{name: "Strict-Transport-Security Missing Max-Age (Non-compliant with Spec)", description: "The header has no max-age with a number, so browsers ignore it."},
			{name: "Strict-Transport-Security Defined via META (Non-compliant with Spec)", description: "Strict-Transport-Security stands in a meta element, where browsers ignore it."},
			{name: "Strict-Transport-Security Malformed Max-Age (Non-compliant with Spec)", description: "Quotation marks stand before max-age, so browsers ignore the header."},
			{name: "Strict-Transport-Security Malformed Content (Non-compliant with Spec)", description: "The header holds characters that are not printable ASCII, so browsers may ignore it."},
		},
	}
}

func contentPolicyRule() rule {
	return rule{
		id: 10055, name: "CSP", risk: "Medium", confidence: "High", cwe: 693, wasc: 15, check: policyContent, systemic: true,
		reference:   "https://www.w3.org/TR/CSP3/",
		description: "The content security policy allows what an attacker needs.",
		solution:    "Name the sources that the page needs, directive by directive, and allow inline code by nonce or hash.",
		variants: []variant{
			{name: "CSP: X-Content-Security-Policy", risk: "Low", description: "The policy is sent under a name that browsers no longer read."},
			{name: "CSP: X-WebKit-CSP", risk: "Low", description: "The policy is sent under a name that browsers no longer read."},
			{name: "CSP: Notices", risk: "Low", description: "Browsers read the policy otherwise than it seems to be meant."},
			{name: "CSP: Wildcard Directive", description: "A directive is missing without a fallback or lets content come from every host."},
			{name: "CSP: script-src unsafe-inline", description: "Inline scripts run, so the policy does not stop an injected one."},
			{name: "CSP: style-src unsafe-inline", description: "Inline styles apply, also injected ones, which can read and repaint the page."},
			{name: "CSP: script-src unsafe-hashes", description: "Hashes also allow event handlers and javascript: links, which an attacker can attach elsewhere on the page."},
			{name: "CSP: style-src unsafe-hashes", description: "Hashes also allow style attributes, which an attacker can attach elsewhere on the page."},
			{name: "CSP: Malformed Policy (Non-ASCII)", description: "The policy holds characters outside ASCII, which makes it invalid."},
			{name: "CSP: script-src unsafe-eval", description: "Text may be turned into code with eval and its relatives."},
			{name: "CSP: Meta Policy Invalid Directive", description: "The policy in the meta element has directives that count in a header only."},
			{name: "CSP: Header & Meta", risk: "Informational", description: "The page has a policy in a header and one in a meta element; both apply, which is hard to keep in mind."},
			{name: "CSP: Failure to Define Directive with No Fallback", description: "A directive that default-src does not cover is missing, which is the same as allowing everything."},
		},
	}
}

func formRules() []rule {
	return []rule{
		{
			id: 10041, name: "HTTP to HTTPS Insecure Transition in Form Post", risk: "Medium", confidence: "Medium", cwe: 319, wasc: 15, check: formTo("https", false),
			reference:   "https://cheatsheetseries.owasp.org/cheatsheets/Transport_Layer_Security_Cheat_Sheet.html",
			description: "A form that sends over TLS lies on a page that came in plain HTTP. Somebody on the path can change where the form sends before it is filled in.",
			solution:    "Serve the page with the form over TLS too.",
		},
		{
			id: 10042, name: "HTTPS to HTTP Insecure Transition in Form Post", risk: "Medium", confidence: "Medium", cwe: 319, wasc: 15, check: formTo("http", true),
			reference:   "https://cheatsheetseries.owasp.org/cheatsheets/Transport_Layer_Security_Cheat_Sheet.html",
			description: "A form on a secure page sends what was filled in over plain HTTP.",
			solution:    "Let the form send to an https address.",
		},
		{
			id: 10202, name: "Absence of Anti-CSRF Tokens", risk: "Medium", confidence: "Low", cwe: 352, wasc: 9, check: forgery,
			reference:   "https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html",
			description: "The form has no field that looks like an anti-forgery token. Unless something else proves where the request comes from, another site can send it in the user's name.",
			solution:    "Use the framework's anti-forgery token in every form that changes something, and SameSite cookies.",
		},
	}
}

func scriptRules() []rule {
	return []rule{
		{
			id: 10017, name: "Cross-Domain JavaScript Source File Inclusion", risk: "Low", confidence: "Medium", cwe: 829, wasc: 15, check: foreignScript,
			reference:   "https://developer.mozilla.org/en-US/docs/Web/Security/Subresource_Integrity",
			description: "The page runs a script of another host. Whoever controls that host controls this page.",
			solution:    "Serve the script yourself, or pin it with the integrity attribute.",
		},
		{
			id: 10040, name: "Secure Pages Include Mixed Content", risk: "Low", confidence: "Medium", cwe: 311, wasc: 4, check: mixedContent,
			reference:   "https://developer.mozilla.org/en-US/docs/Web/Security/Mixed_content",
			description: "A page that came over TLS loads content over plain HTTP, which anybody on the path can read and change.",
			solution:    "Load everything on the page over https.",
			variants:    []variant{{}, {name: "Secure Pages Include Mixed Content (Including Scripts)", risk: "Medium"}},
		},
		{
			id: 10108, name: "Reverse Tabnabbing", risk: "Medium", confidence: "Medium", cwe: 1022, check: tabnabbing,
			reference:   "https://owasp.org/www-community/attacks/Reverse_Tabnabbing",
			description: "A link to another site opens a window with rel=opener, so that site can send the page it came from to an address of its own.",
			solution:    `Leave rel="opener" out, or add noopener.`,
		},
		{
			id: 10115, name: "Script Served From Malicious Domain (polyfill)", risk: "High", confidence: "High", cwe: 829, wasc: 15, check: poisoned,
			reference:   "https://sansec.io/research/polyfill-supply-chain-attack",
			description: "The page uses a script host that served malware after its domain was sold.",
			solution:    "Remove the script, or serve a copy that you checked yourself.",
		},
		{
			id: 90003, name: "Sub Resource Integrity Attribute Missing", risk: "Medium", confidence: "High", cwe: 345, wasc: 15, check: integrity, systemic: true,
			reference:   "https://developer.mozilla.org/en-US/docs/Web/Security/Subresource_Integrity",
			description: "A script or style sheet of another host has no integrity attribute, so the browser runs whatever that host, or who took it over, delivers.",
			solution:    "Add integrity with the file's hash and crossorigin, or serve the file yourself.",
		},
	}
}
