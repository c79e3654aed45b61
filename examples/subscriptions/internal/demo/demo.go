// Package demo plays a month of billing: three regions with merchants of very different sizes,
// buyers whose cards are declined and who repair them or do not, a service that fails now and
// then, and days that last seconds. In the end it compares every bill with the emulators.
package demo

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/billing"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/provider"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/world"
	"github.com/amazonpay-go/sdk/mocks/emulator"
)

// Config is what a [Month] is made from.
type Config struct {
	DB            *data.DB      // without merchants
	Folder        string        // for the accounts file and the keys
	Subscriptions int           // at least as many as there are merchants: 30
	Day           time.Duration // how long a day lasts
}

// Merchants is how many merchants there are.
const Merchants = 30

// The month, and the last day on which a bill is due: two days are left to charge it.
const (
	days    = 30
	lastDue = 28
)

// First is the first day of the month.
var First = data.DateOf(time.Date(2026, time.November, 1, 0, 0, 0, 0, time.UTC))

// Month is the demonstration. Close it.
type Month struct {
	Config

	World *world.World
	Calls Calls

	calendar data.Calendar
	engine   *billing.Engine // while the month is played
	random   *rand.Rand
	homes    map[string]*world.Region // of the charge permissions
	events   map[data.Date][]event    // what will happen
	read     int64                    // the last message that a buyer has read
}

// event is something that a buyer, or a merchant, does.
type event func(ctx context.Context) error

// seed makes each month the same, as far as one with so many goroutines can be.
const seed = 20261101

// Open starts the emulators, makes merchants and their subscriptions, and sets the database's
// calendar: the month begins in a few seconds.
func Open(ctx context.Context, c Config) (m *Month, err error) {
	m = &Month{
		Config: c, random: rand.New(rand.NewPCG(seed, 0)), //nolint:gosec // it must be the same each time
		homes: make(map[string]*world.Region, c.Subscriptions), events: make(map[data.Date][]event),
	}
	if c.Subscriptions < Merchants {
		return nil, fmt.Errorf("demo: %d subscriptions: there must be one for each of the %d merchants", c.Subscriptions, Merchants)
	}
	found, err := c.DB.MerchantsAfter(ctx, "", 1)
	if err != nil {
		return nil, err
	}
	if len(found) > 0 {
		return nil, errors.New("demo: the database has merchants already: use a new one")
	}
	m.World, err = world.New(c.Folder, Merchants/len(regions), regions, emulator.WithStart(First.Time()), emulator.WithSeed(seed),
		emulator.WithTokenLifetime(tokenDays*24*time.Hour))
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, m.Close())
		}
	}()
	m.World.Accounts.Limits = limits()
	for _, r := range m.World.Regions {
		if err := fail(r); err != nil {
			return nil, err
		}
	}
	if err := m.subscribe(ctx); err != nil {
		return nil, err
	}
	now, err := c.DB.Now(ctx)
	if err != nil {
		return nil, err
	}
	m.calendar = data.Calendar{Began: now.Add(lead), First: First, Length: m.Day}
	return m, c.DB.SetCalendar(ctx, m.calendar)
}

// lead is how long before the month all is ready: River's leader begins within five seconds.
const lead = 5 * time.Second

// tokenDays is how long an authorization token is valid. At Amazon it is an hour, which would be
// no time here.
const tokenDays = 10

var regions = []string{"na", "eu", "jp"}

// fail makes a region decline and fail now and then.
func fail(r *world.Region) error {
	const charge = "CreateCharge"
	var err error
	for _, f := range []struct {
		probability float64
		emulator.Fault
	}{
		{0.04, emulator.Fault{Operation: charge, Status: 422, ReasonCode: "SoftDeclined"}},
		{0.01, emulator.Fault{Operation: charge, Status: 422, ReasonCode: "HardDeclined"}},
		{0.002, emulator.Fault{Operation: charge, Status: 422, ReasonCode: "AmazonRejected"}},
		{0.005, emulator.Fault{Operation: charge, Status: 429, RetryAfter: "1"}},
		{0.01, emulator.Fault{Status: 503}},
		{0.005, emulator.Fault{Kind: emulator.FaultKindReset}},
		{0.005, emulator.Fault{Kind: emulator.FaultKindLoseAnswer}},
	} {
		err = errors.Join(err, r.FailSome(f.probability, f.Fault))
	}
	return err
}

// Now is the emulators' time.
func (m *Month) Now() time.Time { return m.World.Regions[0].Now() }

// NotifyAt makes the emulators send notifications.
func (m *Month) NotifyAt(endpoint string) error {
	for _, r := range m.World.Regions {
		if err := r.NotifyAt(endpoint); err != nil {
			return err
		}
	}
	return nil
}

// Close ends the emulators.
func (m *Month) Close() error { return m.World.Close() }

// limits are the documented rate limits in the time of the month, in which a day is short.
func limits() map[string]provider.Limit {
	raised := make(map[string]provider.Limit)
	for operation, l := range amazonpay.DocumentedRateLimits(amazonpay.EnvironmentLive) {
		raised[operation] = provider.Limit{Burst: l.Burst * faster, PerSecond: l.PerSecond * faster}
	}
	return raised
}

// faster is by how much the limits are raised.
const faster = 25
