package doctor

import (
	"net/url"
	"strings"
)

// readCurl reads the first curl command. Its lines may end with a backslash.
func (p *paste) readCurl() {
	for i := range p.lines {
		text := strings.TrimLeft(p.lines[i].text, " \t$#>")
		if p.lines[i].taken || !strings.HasPrefix(text, "curl ") {
			continue
		}
		words, end := shellWords(p.lines, i)
		for len(words) > 0 && words[0].text != "curl" { // a prompt
			words = words[1:]
		}
		if sent := curlOf(words); sent != nil {
			p.sent = sent
			for j := i; j <= end; j++ {
				p.lines[j].taken = true
			}
		}
		return
	}
}

// shellWords splits a command as a POSIX shell does, with the number of each word's line.
func shellWords(lines []line, first int) (words []value, last int) {
	var word strings.Builder
	open, quote, at := false, rune(0), first
	begin := lines[first].number
	end := func() {
		if open {
			words = append(words, value{word.String(), begin})
		}
		word.Reset()
		open = false
	}
	for ; at < len(lines); at++ {
		escaped := false
		for _, c := range lines[at].text {
			if !open && !escaped {
				begin = lines[at].number
			}
			switch {
			case escaped:
				if quote == '"' && !strings.ContainsRune("\"\\$`", c) {
					word.WriteRune('\\')
				}
				word.WriteRune(c)
				open, escaped = true, false
			case c == '\\' && quote != '\'':
				escaped = true
			case quote != 0 && c == quote:
				quote = 0
			case quote != 0:
				word.WriteRune(c)
			case c == '"' || c == '\'':
				quote, open = c, true
			case c == ' ' || c == '\t':
				end()
			default:
				word.WriteRune(c)
				open = true
			}
		}
		if quote != 0 { // the line end is a part of the word
			if !escaped {
				word.WriteByte('\n')
			}
			continue
		}
		if !escaped {
			break
		}
	}
	end()
	return words, min(at, len(lines)-1)
}

// curlOf makes the request of a curl command.
func curlOf(words []value) *request {
	r := &request{curl: true}
	var target, data *value
	asQuery := false
	for i := 0; i < len(words); i++ {
		flag, text, joined := strings.Cut(words[i].text, "=")
		if !strings.HasPrefix(flag, "--") {
			flag, text, joined = words[i].text, "", false
			if len(flag) > 2 && flag[0] == '-' && strings.IndexByte("XHdA", flag[1]) >= 0 {
				flag, text, joined = flag[:2], flag[2:], true
			}
		}
		argument := func() value {
			if joined || i+1 >= len(words) {
				return value{text, words[i].line}
			}
			i++
			return words[i]
		}
		switch flag {
		case "-X", "--request":
			r.method = argument()
		case "-H", "--header":
			r.addHeader(argument())
		case "-A", "--user-agent":
			agent := argument()
			r.headers = append(r.headers, header{name: "user-agent", text: agent.text, line: agent.line, whole: "user-agent: " + agent.text})
		case "-d", "--data", "--data-raw", "--data-binary", "--data-ascii", "--json":
			found := argument()
			data = &found
		case "-G", "--get":
			asQuery = true
		case "--url":
			found := argument()
			target = &found
		case "-o", "--output", "-u", "--user", "-x", "--proxy", "--cacert", "-m", "--max-time", "--connect-timeout", "-w", "--write-out", "--retry", "--resolve":
			argument()
		default:
			if i > 0 && !strings.HasPrefix(flag, "-") && target == nil {
				target = &words[i]
			}
		}
	}
	if target == nil {
		return nil
	}
	path, query, _ := strings.Cut(target.text, "?")
	if !strings.Contains(path, "://") {
		path = "https://" + path
	}
	r.path, r.query = value{withoutHost(path), target.line}, value{query, target.line}
	if host, err := url.Parse(path); err == nil && r.header("host") == nil {
		r.headers = append(r.headers, header{name: "host", text: host.Host, line: target.line, whole: "host: " + host.Host})
	}
	r.addData(data, asQuery, *target)
	return r
}

// addHeader adds the header of a flag -H.
func (r *request) addHeader(h value) {
	name, text, is := strings.Cut(h.text, ":")
	if is {
		r.headers = append(r.headers, header{name: strings.TrimSpace(name), text: text, line: h.line, whole: h.text})
	}
}

// addData adds the data of a flag -d: to the query, or as the body.
func (r *request) addData(data *value, asQuery bool, target value) {
	method := "GET"
	if data != nil && asQuery {
		r.query = value{strings.TrimPrefix(r.query.text+"&"+data.text, "&"), data.line}
	} else if data != nil {
		method = "POST"
		if !strings.HasPrefix(data.text, "@") { // a file, which is not here
			r.body = data
		}
	}
	if r.method.text == "" {
		r.method = value{method, target.line}
	}
}
