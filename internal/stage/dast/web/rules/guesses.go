package rules

// disclosureRules are about what an answer gives away.
func disclosureRules() []rule {
	return []rule{
		{
			id: 2, name: "Private IP Disclosure", risk: "Low", confidence: "Medium", cwe: 497, wasc: 13, check: privateAddress,
			reference:   "https://www.rfc-editor.org/rfc/rfc1918",
			description: "The page names an address of a private network, or the Amazon host name of one. It maps the network behind the server.",
			solution:    "Take the address out of what is sent to visitors; use names that mean something outside too.",
		},
		{
			id: 3, name: "Session ID in URL Rewrite", risk: "Medium", confidence: "High", cwe: 598, wasc: 13, check: sessionInURL,
			reference:   "https://cheatsheetseries.owasp.org/cheatsheets/Session_Management_Cheat_Sheet.html",
			description: "The session's id is a part of the address, so it lands in logs, histories and Referer headers.",
			solution:    "Keep the session in a cookie only and switch URL rewriting off.",
			variants: []variant{
				{}, {},
				{name: "Referer Exposes Session ID", confidence: "Medium", description: "The page's address carries the session's id, and the page leads to another host, which receives that address in the Referer header."},
			},
		},
		{
			id: 10028, name: "Off-site Redirect", risk: "High", confidence: "Medium", cwe: 601, wasc: 38, check: offsiteRedirect,
			reference:   "https://cheatsheetseries.owasp.org/cheatsheets/Unvalidated_Redirects_and_Forwards_Cheat_Sheet.html",
			description: "A parameter of the request decides to which host the answer leads. Somebody can send visitors through this site's good name to a page of his own.",
			solution:    "Redirect to addresses from a list, or to paths of this site only.",
		},
		{
			id: 10049, name: "Content Cacheability", risk: "Informational", confidence: "Medium", cwe: 524, wasc: 13, check: storable, systemic: true,
			reference:   "https://www.rfc-editor.org/rfc/rfc9111",
			description: "What shared caches may do with the answer.",
			solution:    "For personal content send Cache-Control: no-cache, no-store, must-revalidate, private.",
			variants: []variant{
				{name: "Non-Storable Content", description: "Shared caches may not keep the answer. That is right for personal content; public files would load faster from a cache.", solution: "For public files consider Cache-Control: public with max-age."},
				{name: "Storable but Non-Cacheable Content", description: "Shared caches may keep the answer, but must ask the server before they give it to others."},
				{name: "Storable and Cacheable Content", description: "Shared caches may keep the answer and give it to others without asking. If it is personal, others receive it."},
			},
		},
		{
			id: 10110, name: "Dangerous JS Functions", risk: "Low", confidence: "Low", cwe: 749, check: dangerousScript,
			reference:   "https://angular.dev/best-practices/security",
			description: "A script calls a function that turns text into code or trusts it as markup. Text of a visitor that reaches it runs in the page.",
			solution:    "Do without the function, or make sure that no text from outside reaches it.",
		},
		{
			id: 90002, name: "Java Serialization Object", risk: "Medium", confidence: "Medium", cwe: 502, check: javaObject,
			reference:   "https://cheatsheetseries.owasp.org/cheatsheets/Deserialization_Cheat_Sheet.html",
			description: "A serialised Java object is a part of request or answer. A server that reads such objects from outside can often be made to run code.",
			solution:    "Exchange plain data such as JSON, and read no objects from outside.",
		},
		{
			id: 90022, name: "Application Error Disclosure", risk: "Medium", confidence: "Medium", cwe: 550, wasc: 13, check: applicationError,
			reference:   "https://cheatsheetseries.owasp.org/cheatsheets/Error_Handling_Cheat_Sheet.html",
			description: "The answer shows an error that the application did not handle: paths, queries, versions or the place in the source.",
			solution:    "Write errors to the log with an id, and show visitors a page with that id only.",
		},
	}
}

// heuristicRules guess by words and shapes. Their ids, risks and confidences are
// ZAP's; here they are information unless a rules file says otherwise.
func heuristicRules() []rule {
	const logs = "https://cheatsheetseries.owasp.org/cheatsheets/Logging_Cheat_Sheet.html"
	return []rule{
		{
			id: 10023, name: "Information Disclosure - Debug Error Messages", risk: "Low", confidence: "Medium", cwe: 1295, wasc: 13, check: debugError, heuristic: true,
			reference:   "https://cheatsheetseries.owasp.org/cheatsheets/Error_Handling_Cheat_Sheet.html",
			description: "The page has words that error pages for developers have.", solution: "Switch debug output off outside development.",
		},
		{
			id: 10024, name: "Information Disclosure - Sensitive Information in URL", risk: "Informational", confidence: "Medium", cwe: 598, wasc: 13, check: secretInURL, heuristic: true, reference: logs,
			description: "The address seems to hold something confidential, which lands in logs, histories and Referer headers.", solution: "Send such values in the body of a request.",
		},
		{
			id: 10025, name: "Information Disclosure - Sensitive Information in HTTP Referrer Header", risk: "Informational", confidence: "Medium", cwe: 598, wasc: 13, check: secretInReferer, heuristic: true, reference: logs,
			description: "The Referer header gave another host an address that seems to hold something confidential.", solution: "Keep such values out of addresses and send Referrer-Policy: no-referrer.",
		},
		{
			id: 10027, name: "Information Disclosure - Suspicious Comments", risk: "Informational", confidence: "Medium", cwe: 615, wasc: 13, check: suspiciousComments, heuristic: true,
			reference:   "https://cwe.mitre.org/data/definitions/615.html",
			description: "A comment of the page or of a script seems to be meant for colleagues.", solution: "Strip comments from what is delivered.",
		},
		{
			id: 10062, name: "PII Disclosure", risk: "High", confidence: "Medium", cwe: 359, wasc: 13, check: cardDisclosure, heuristic: true,
			reference:   "https://cwe.mitre.org/data/definitions/359.html",
			description: "The answer holds a number that has the shape and the check digit of a card number.", solution: "Show the last four digits only.",
		},
		{
			id: 10096, name: "Timestamp Disclosure - Unix", risk: "Low", confidence: "Low", cwe: 497, wasc: 13, check: timestamps, heuristic: true,
			reference:   "https://cwe.mitre.org/data/definitions/200.html",
			description: "The answer holds a number that reads as a time.", solution: "Check by hand that the time gives nothing away.",
		},
		hashRule(),
		{
			id: 90011, name: "Charset Mismatch", risk: "Informational", confidence: "Low", cwe: 436, wasc: 15, check: charsetMismatch, heuristic: true,
			reference:   "https://html.spec.whatwg.org/multipage/parsing.html#determining-the-character-encoding",
			description: "Header and page name different character sets. What is harmless text in one may be a script in another.", solution: "Name UTF-8 in both.",
			variants: []variant{
				{name: "Charset Mismatch (Header Versus Meta Content-Type Charset)"}, {name: "Charset Mismatch (Header Versus Meta Charset)"},
				{name: "Charset Mismatch (Meta Charset Versus Meta Content-Type Charset)"}, {},
			},
		},
	}
}

func hashRule() rule {
	r := rule{
		id: 10097, name: "Hash Disclosure", risk: "High", confidence: "High", cwe: 497, wasc: 13, check: hashes, heuristic: true,
		reference:   "https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html",
		description: "Request or answer hold text in the shape of a hash, perhaps of a password.", solution: "Keep hashes of passwords on the server.",
	}
	for i, kind := range []string{
		"LanMan / DES", "Kerberos AFS DES", "OpenBSD Blowfish", "MD5 Crypt", "SHA-256 Crypt", "SHA-512 Crypt", "BCrypt", "NTLM",
		"Mac OSX salted SHA-1", "SHA-512", "SHA-384", "SHA-256", "SHA-224", "SHA-1", "LanMan", "MD4 / MD5",
	} {
		v := variant{name: "Hash Disclosure - " + kind}
		if i >= len(hashKinds) {
			v.risk, v.confidence = "Low", "Low"
		}
		r.variants = append(r.variants, v)
	}
	return r
}
