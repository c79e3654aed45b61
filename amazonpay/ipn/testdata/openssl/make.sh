#!/bin/sh
# Makes the messages of this folder with OpenSSL's command line alone, so that they do not come from our own
# signer: a CA, a certificate of SNS, and a notification signed with each of the two digests.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/ca.key" -out "$work/ca.pem" -days 20000 -subj '/CN=OpenSSL test CA' 2>/dev/null
openssl req -new -newkey rsa:2048 -nodes -keyout "$work/sns.key" -out "$work/sns.csr" -subj '/CN=sns.amazonaws.com' 2>/dev/null
printf 'subjectAltName=DNS:sns.amazonaws.com\n' >"$work/ext"
openssl x509 -req -in "$work/sns.csr" -CA "$work/ca.pem" -CAkey "$work/ca.key" -CAcreateserial -days 20000 -extfile "$work/ext" -out sns.crt 2>/dev/null

topic=arn:aws:sns:eu-west-1:123456789012:ipn
inner='{"MerchantID":"A1EXAMPLE","ObjectType":"CHARGE","ObjectId":"S02-0000000-0000000-C000000","ChargePermissionId":"S02-0000000-0000000","NotificationType":"STATE_CHANGE","NotificationId":"11111111-1111-4111-8111-111111111111","NotificationVersion":"V2"}'
for version in 1 2; do
	digest=-sha$([ $version = 1 ] && echo 1 || echo 256)
	id=22222222-2222-4222-8222-22222222222$version
	at=2026-11-23T12:00:00.000Z
	# No line of a shell ends the last value: the text ends with one line end.
	signature=$(printf 'Message\n%s\nMessageId\n%s\nTimestamp\n%s\nTopicArn\n%s\nType\nNotification\n' "$inner" "$id" "$at" "$topic" |
		openssl dgst $digest -sign "$work/sns.key" | openssl base64 -A)
	escaped=$(printf '%s' "$inner" | sed 's/"/\\"/g')
	cat >"version$version.json" <<END
{
  "Type": "Notification",
  "MessageId": "$id",
  "TopicArn": "$topic",
  "Message": "$escaped",
  "Timestamp": "$at",
  "SignatureVersion": "$version",
  "Signature": "$signature",
  "SigningCertURL": "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem",
  "UnsubscribeURL": "https://sns.eu-west-1.amazonaws.com/?Action=Unsubscribe&SubscriptionArn=$topic:33333333-3333-4333-8333-333333333333"
}
END
done
