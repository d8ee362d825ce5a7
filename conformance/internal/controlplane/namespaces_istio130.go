//go:build istio130

package controlplane

// tellNamespaces has nobody to tell: MeshConfig's serviceEntryVisibility came with 1.31.
func (c *ControlPlane) tellNamespaces() error { return nil }
