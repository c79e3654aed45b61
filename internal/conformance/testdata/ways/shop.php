<?php
// With curl, as the official SDK.
$ch = curl_init('https://pay-api.amazon.eu/v2/charges/x');
curl_setopt($ch, CURLOPT_RETURNTRANSFER, true);
curl_exec($ch);
echo curl_getinfo($ch, CURLINFO_RESPONSE_CODE), curl_error($ch), "\n";
