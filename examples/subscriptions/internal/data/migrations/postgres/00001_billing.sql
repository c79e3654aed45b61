-- +goose Up
-- Amounts are in the currency's smallest unit, times in microseconds since 1970 by the database's
-- clock, dates in days since 1970 by the calendar of the business.
CREATE TABLE calendar (
	id       INTEGER PRIMARY KEY CHECK (id = 1),
	began_at BIGINT NOT NULL, -- when day first_day began
	first_day BIGINT NOT NULL,
	day      BIGINT NOT NULL  -- how long a day is: 24 hours, or less in a demonstration
);

-- The provider's clients. sealed_mws_token is what each gave the provider, encrypted.
CREATE TABLE merchants (
	id               TEXT PRIMARY KEY,
	name             TEXT NOT NULL,
	region           TEXT NOT NULL,
	currency         TEXT NOT NULL,
	sealed_mws_token BYTEA NOT NULL,
	sealed_token     BYTEA NOT NULL, -- the authorization token that all processes share, encrypted; empty: none
	token_good_until BIGINT NOT NULL,
	token_claim      TEXT NOT NULL, -- of the process that replaces the token
	token_claimed_at BIGINT NOT NULL,
	token_claim_until BIGINT NOT NULL
);

CREATE TABLE subscriptions (
	permission_id TEXT PRIMARY KEY,
	merchant_id   TEXT NOT NULL REFERENCES merchants (id),
	amount        BIGINT NOT NULL,
	currency      TEXT NOT NULL,
	state         TEXT NOT NULL, -- active, past_due, closed
	anchor        SMALLINT NOT NULL, -- the day of the month on which a period begins, 1 to 31
	next_due      BIGINT NOT NULL  -- the date of the next period's bill
);
CREATE INDEX subscriptions_due ON subscriptions (merchant_id, next_due, permission_id) WHERE state = 'active';

-- One row for each period of each subscription, made by the planner.
CREATE TABLE bills (
	permission_id TEXT NOT NULL REFERENCES subscriptions (permission_id),
	period        TEXT NOT NULL, -- 2026-11
	merchant_id   TEXT NOT NULL,
	amount        BIGINT NOT NULL,
	currency      TEXT NOT NULL,
	state         TEXT NOT NULL, -- planned, pending, paid, retry, repair, unpaid, check
	attempt       INTEGER NOT NULL, -- the idempotency key is made from permission, period and attempt
	unsettled     BOOLEAN NOT NULL, -- a call under that key may have charged; in state pending: captured
	captures      INTEGER NOT NULL DEFAULT 0, -- of charges that Amazon left authorized: how many were refused
	calls         INTEGER NOT NULL,
	declines      INTEGER NOT NULL,
	version       INTEGER NOT NULL, -- counts the changes, so that a late one is noticed
	charge_id     TEXT NOT NULL,
	reason        TEXT NOT NULL, -- reason code of the last decline
	refunded      BIGINT NOT NULL,
	repair_token  TEXT NOT NULL, -- of the link that the buyer gets; empty: none
	deadline      BIGINT NOT NULL, -- since the first time in state repair: the date after which the subscription is closed
	recharge      BOOLEAN NOT NULL, -- state repair: charged as soon as the charge permission is Chargeable
	next_at       BIGINT NOT NULL, -- not before this is the next step taken
	called_at     BIGINT NOT NULL DEFAULT 0, -- when the first call under the key was made
	paid_at       BIGINT NOT NULL DEFAULT 0, -- when it was captured, by Amazon's clock
	reported      BOOLEAN NOT NULL DEFAULT FALSE, -- a settlement report has the charge
	changed_at    BIGINT NOT NULL,
	PRIMARY KEY (permission_id, period)
) WITH (fillfactor = 80, autovacuum_vacuum_cost_delay = 0); -- delay 0: while it is analyzed, no table is cleaned
CREATE INDEX bills_open ON bills (merchant_id, state) WHERE state NOT IN ('paid', 'unpaid');
CREATE INDEX bills_due ON bills (next_at) WHERE state IN ('planned', 'pending', 'retry', 'repair');
CREATE INDEX bills_to_check ON bills (merchant_id, permission_id, period) WHERE state = 'check';
CREATE INDEX bills_by_charge ON bills (charge_id) WHERE charge_id <> '';
CREATE INDEX bills_unreported ON bills (merchant_id, paid_at) WHERE state = 'paid' AND NOT reported;
CREATE UNIQUE INDEX bills_by_repair_token ON bills (repair_token) WHERE repair_token <> '';

CREATE TABLE refunds (
	id            TEXT PRIMARY KEY,
	permission_id TEXT NOT NULL,
	period        TEXT NOT NULL,
	merchant_id   TEXT NOT NULL,
	charge_id     TEXT NOT NULL,
	amount        BIGINT NOT NULL,
	currency      TEXT NOT NULL,
	state         TEXT NOT NULL, -- planned, pending, refunded, refused, check
	attempt       INTEGER NOT NULL,
	unsettled     BOOLEAN NOT NULL,
	version       INTEGER NOT NULL,
	refund_id     TEXT NOT NULL,
	reason        TEXT NOT NULL,
	refunded_at   BIGINT NOT NULL DEFAULT 0, -- by Amazon's clock
	reported      BOOLEAN NOT NULL DEFAULT FALSE, -- a settlement report has it
	changed_at    BIGINT NOT NULL,
	FOREIGN KEY (permission_id, period) REFERENCES bills (permission_id, period)
);
CREATE INDEX refunds_of ON refunds (permission_id, period);
CREATE INDEX refunds_open ON refunds (changed_at, id) WHERE state IN ('planned', 'pending');
CREATE INDEX refunds_to_check ON refunds (changed_at) WHERE state IN ('check', 'refused');
CREATE INDEX refunds_unreported ON refunds (merchant_id, refunded_at) WHERE state = 'refunded' AND NOT reported;
CREATE INDEX refunds_by_refund_id ON refunds (refund_id) WHERE refund_id <> '';

-- The rate limit of each operation of each merchant, for all processes. Unlogged: it is written with
-- each call, and need not survive a crash of the database.
CREATE UNLOGGED TABLE pace (
	merchant_id TEXT NOT NULL,
	operation   TEXT NOT NULL,
	gap         BIGINT NOT NULL, -- between two calls, in the long run
	next_at     BIGINT NOT NULL, -- when the bucket would be full again
	line_at     BIGINT NOT NULL, -- when the last one who waits may come again
	asked_at    BIGINT NOT NULL, -- when somebody last asked
	turn        BIGINT NOT NULL, -- the answer to the last who asked: 0, or when to come again
	cut_at      BIGINT NOT NULL, -- when a 429 last made gap longer
	refused     BIGINT NOT NULL, -- how many 429 there were
	PRIMARY KEY (merchant_id, operation)
) WITH (fillfactor = 50);

-- What buyers are sent. Something else delivers it.
CREATE TABLE messages (
	id            BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	permission_id TEXT NOT NULL,
	period        TEXT NOT NULL,
	kind          TEXT NOT NULL, -- repair, closed
	link          TEXT NOT NULL,
	made_at       BIGINT NOT NULL
);

-- How much money is in which state, and how many jobs wait: counted now and then by a job, read by
-- the page and the metrics. The merchant '' has the sums of all merchants.
CREATE TABLE tally (
	merchant_id TEXT NOT NULL,
	period      TEXT NOT NULL,
	state       TEXT NOT NULL,
	currency    TEXT NOT NULL,
	bills       BIGINT NOT NULL,
	amount      BIGINT NOT NULL,
	refunded    BIGINT NOT NULL,
	PRIMARY KEY (merchant_id, period, state, currency)
);

CREATE TABLE tally_jobs (
	queue TEXT NOT NULL,
	state TEXT NOT NULL,
	jobs  BIGINT NOT NULL,
	PRIMARY KEY (queue, state)
);

CREATE TABLE tally_time (
	id         INTEGER PRIMARY KEY CHECK (id = 1),
	counted_at BIGINT NOT NULL
);

-- The settlement reports of the merchants, their rows, and what does not agree with the tables above.
CREATE TABLE reports (
	merchant_id TEXT NOT NULL REFERENCES merchants (id),
	report_id   TEXT NOT NULL,
	document_id TEXT NOT NULL,
	start_at    BIGINT NOT NULL, -- of the settlement period, by Amazon's clock
	end_at      BIGINT NOT NULL,
	state       TEXT NOT NULL, -- found, done, unreadable
	PRIMARY KEY (merchant_id, report_id)
);

CREATE TABLE settlements (
	merchant_id    TEXT NOT NULL,
	report_id      TEXT NOT NULL,
	line           BIGINT NOT NULL, -- of the document
	posted_at      BIGINT NOT NULL, -- by Amazon's clock
	settlement_id  TEXT NOT NULL,
	type           TEXT NOT NULL,
	transaction_id TEXT NOT NULL,
	permission_id  TEXT NOT NULL,
	period         TEXT NOT NULL, -- of the bill that our reference names; empty: it is not ours
	amount         BIGINT NOT NULL, -- negative: paid by the merchant
	fee            BIGINT NOT NULL,
	net            BIGINT NOT NULL,
	currency       TEXT NOT NULL,
	PRIMARY KEY (merchant_id, report_id, line)
);
CREATE INDEX settlements_by_transaction ON settlements (merchant_id, transaction_id) WHERE transaction_id <> '';
CREATE INDEX settlements_by_permission ON settlements (merchant_id, permission_id) WHERE type = 'Capture';

CREATE TABLE differences (
	merchant_id    TEXT NOT NULL,
	report_id      TEXT NOT NULL,
	line           BIGINT NOT NULL, -- of the report's document; 0: none
	kind           TEXT NOT NULL,
	transaction_id TEXT NOT NULL,
	permission_id  TEXT NOT NULL,
	period         TEXT NOT NULL,
	ours           BIGINT NOT NULL,
	theirs         BIGINT NOT NULL,
	currency       TEXT NOT NULL,
	note           TEXT NOT NULL,
	rank           INTEGER NOT NULL, -- the lower it is, the sooner a person should look
	found_at       BIGINT NOT NULL,
	PRIMARY KEY (merchant_id, report_id, line, kind, transaction_id, permission_id, period, currency)
);
CREATE INDEX differences_by_rank ON differences (rank, found_at DESC);
