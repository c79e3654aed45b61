package ipn

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

const region = `[a-z]{2}(?:-[a-z]+)+-[0-9]{1,2}`

var (
	topicARN = regexp.MustCompile(`^arn:aws(?:-cn|-us-gov)?:sns:(` + region + `):([0-9]{12}):[A-Za-z0-9_-]{1,256}$`)
	account  = regexp.MustCompile(`^[0-9]{12}$`)
	// A URL must match exactly, so that no two URL parsers can read it differently.
	certificateURL = regexp.MustCompile(`^https://sns\.(` + region + `)\.amazonaws\.com(\.cn)?/SimpleNotificationService-[0-9A-Za-z]{1,64}\.pem$`)
	regionOnly     = regexp.MustCompile(`^` + region + `$`)
)

// topic is a parsed topic ARN.
type topic struct {
	region  string
	account string
}

func parseTopic(arn string) (topic, bool) {
	parts := topicARN.FindStringSubmatch(arn)
	if parts == nil {
		return topic{}, false
	}
	return topic{parts[1], parts[2]}, true
}

// host returns the SNS host of the topic's region.
func (t topic) host() string {
	if strings.HasPrefix(t.region, "cn-") {
		return "sns." + t.region + ".amazonaws.com.cn"
	}
	return "sns." + t.region + ".amazonaws.com"
}

// checkCertificateURL accepts only a certificate URL of SNS in the topic's region.
func (t topic) checkCertificateURL(text string) error {
	if certificateURL.MatchString(text) && strings.HasPrefix(text, "https://"+t.host()+"/") {
		return nil
	}
	return refuse(ErrCertificateURL, "%.120q %s", text, t.explain(text))
}

// explain says why a URL is refused.
func (t topic) explain(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return "is not a URL"
	}
	labels := strings.Split(u.Hostname(), ".")
	switch {
	case u.Scheme != "https":
		return "is not https"
	case u.User != nil:
		return "has user information"
	case u.Port() != "" || strings.HasSuffix(u.Host, ":"):
		return "has a port"
	case u.RawQuery != "" || u.ForceQuery:
		return "has a query"
	case strings.Contains(text, "#"):
		return "has a fragment"
	case len(labels) < 4 || labels[0] != "sns" || u.Host != "sns."+labels[1]+".amazonaws.com" && u.Host != "sns."+labels[1]+".amazonaws.com.cn":
		return "does not have the host sns.REGION.amazonaws.com"
	case !regionOnly.MatchString(labels[1]):
		return "has a host without a valid region"
	case u.Host != t.host():
		return "is in another region than the topic: its host must be " + t.host()
	default:
		return "does not have the path /SimpleNotificationService-….pem"
	}
}

// checkSubscribeURL accepts only a URL that confirms a subscription to this topic.
func (t topic) checkSubscribeURL(text, arn, token string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil {
		return nil, refuse(ErrSubscribeURL, "it is not a URL")
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return nil, refuse(ErrSubscribeURL, "its query is invalid")
	}
	// The request contains only parts that are checked.
	made := url.URL{Scheme: "https", Host: t.host(), Path: "/", RawQuery: u.RawQuery}
	switch {
	case text != made.String():
		return nil, refuse(ErrSubscribeURL, "%.80q is not https://%s/ with a query", u.Scheme+"://"+u.Host, t.host()) // not the token
	case len(query["Action"]) != 1 || query.Get("Action") != "ConfirmSubscription":
		return nil, refuse(ErrSubscribeURL, "its Action is not ConfirmSubscription")
	case len(query["TopicArn"]) != 1 || query.Get("TopicArn") != arn:
		return nil, refuse(ErrSubscribeURL, "it is for another topic")
	case len(query["Token"]) != 1 || query.Get("Token") != token:
		return nil, refuse(ErrSubscribeURL, "its token differs from the message")
	}
	return &made, nil
}

// quote shortens and quotes text of an unverified message for an error.
func quote(text string) string { return fmt.Sprintf("%.60q", text) }
