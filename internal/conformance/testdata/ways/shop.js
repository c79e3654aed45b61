// With axios, as the official SDK.
require('axios').get('https://pay-api.amazon.eu/v2/charges/x', { validateStatus: () => true }).then((res) => console.log(res.status));
