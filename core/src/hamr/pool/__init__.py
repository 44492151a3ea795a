"""Several keys of one provider, and several candidates for one call: which is next, and what a failure means."""
