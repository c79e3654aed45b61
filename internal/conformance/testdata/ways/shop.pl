use strict;
use warnings;
use LWP::UserAgent;

my $answer = LWP::UserAgent->new->get('https://pay-api.amazon.eu/v2/charges/x');
print $answer->code, "\n";
print $answer->decoded_content, "\n" if $answer->code == 500;
