package ipn

// Object returns the type and the id of the object that has changed: CHARGE and S01-…-C…, for
// example. Package webstore's HandleNotification asks for them.
func (n *Notification) Object() (objectType, objectID string) {
	if n == nil {
		return "", ""
	}
	return string(n.ObjectType), n.ObjectID
}
