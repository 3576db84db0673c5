package web

// Patterns are the patterns of all routes with their permissions, for the test that each is tried.
func (s *Site) Patterns() map[string]string {
	all := map[string]string{}
	for _, rt := range s.routes() {
		all[rt.pattern] = rt.verb
	}
	return all
}
