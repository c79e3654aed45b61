// Package web has the shop's pages. The logic of orders and payments is in package orders, the
// signed buttons come from webstore/button, and Buy Now from webstore/buynow.
//
// # Pages
//
// Forms work without JavaScript; Amazon's buttons do not. These are the paths, with the ids of the
// elements that a test drives. A form field has the id of its name.
//
//	GET  /                        catalogue: #products a
//	GET  /products/{sku}          form #add (quantity, button #add-to-basket), #buy-now button;
//	                              a subscription or donation has form #order (button #place-order)
//	POST /buynow                  the events of the button in #buy-now
//	GET  /pictures/{sku}          the product's picture
//	GET  /basket                  forms #line-{sku} (quantity, #update-{sku}, #remove-{sku}),
//	                              form #checkout (checkbox save, button #to-checkout),
//	                              link #own-address, form #one-click (button #to-one-click)
//	POST /basket                  sku and quantity to add
//	POST /basket/{sku}            the new quantity; 0 removes
//	POST /checkout                places an order: kind, and sku for a subscription or donation
//	GET  /checkout/address        form #address-form: name, addressLine1, addressLine2, city,
//	                              stateOrRegion, postalCode, countryCode, phoneNumber, button
//	                              #to-delivery; then #delivery-{id}, button #place-order
//	POST /checkout/address        places an order that the additional payment button pays
//	GET  /checkout/{number}       Amazon's button, in #pay-with-amazon; one-click: form #pay
//	                              (button #pay-now)
//	GET  /orders/{number}/review  #change-address, #change-card, form #pay (#delivery-{id},
//	                              #update-delivery, button #pay-now), #total, #address, #card
//	POST /orders/{number}/delivery  another delivery option
//	POST /orders/{number}/pay     to Amazon's page, or charges the saved payment method
//	GET  /orders/{number}/result  completes the payment, then shows the order
//	GET  /orders/{number}/canceled  the buyer has canceled at Amazon
//	GET  /orders                  history: #orders a
//	GET  /orders/{number}         #status (data-status), #total, #pay-again, form #end (button
//	                              #end-subscription)
//	POST /orders/{number}/end     ends a subscription
//	GET  /account                 Amazon's sign-in button, in #sign-in; #name, form #sign-out,
//	                              #saved-card, form #forget
//	GET  /account/return          Amazon sends the buyer here after signing in
//	POST /account/forget, /sign-out
//	POST /language                language (en or ja) and back; buttons #language-en, #language-ja
//	GET  /admin                   orders: #orders a; before the password form #login (password,
//	                              button #log-in)
//	POST /admin/login, /admin/logout
//	GET  /admin/orders/{number}   forms #capture-{charge} (amount), #refund-{charge} (amount),
//	                              #cancel-{charge}, #close, #period, #refresh,
//	                              #contest-{dispute} (evidence)
//	POST /admin/orders/{number}/capture, refund, cancel, close, period, refresh, contest
//	POST /notifications           Instant Payment Notifications
//	GET  /healthz                 200 if the database answers, 503 otherwise
//
// The status of an order (data-status) is one of orders.Status. An element of class error belongs
// to the field that it follows. Amazon's buttons are button elements of the emulator's checkout.js.
//
// # Cookies
//
// At an https address the cookies are Secure, and their names begin with __Host-. At
// http://127.0.0.1 they are neither, since not every browser stores such a cookie there.
package web
