package audit

import (
	"math/bits"

	"golang.org/x/mod/sumdb/tlog"
)

// Tree is the right edge of the Merkle tree over the first Size leaves (RFC 6962 shape, tlog's hashes): the heads of the
// complete subtrees, one for each bit that is set in Size. It is all that appending and taking the root need.
type Tree struct {
	Size int64
	edge [63]tlog.Hash // edge[i] is zero where bit i of Size is not set
}

// Load reads the edge for a size; read gives a stored hash by its position (tlog.StoredHashIndex).
func Load(size int64, read func(position int64) (tlog.Hash, error)) (t Tree, err error) {
	for level := range bits.Len64(uint64(size)) {
		if size>>level&1 == 1 {
			if t.edge[level], err = read(tlog.StoredHashIndex(level, size>>level-1)); err != nil {
				return Tree{}, err
			}
		}
	}
	t.Size = size
	return t, nil
}

// Append adds a leaf's hash and gives the hashes to store for it, in the order of their positions: the leaf's, then that
// of each subtree it completes. The first position is tlog.StoredHashCount(Size before).
func (t *Tree) Append(leaf tlog.Hash) (stored []tlog.Hash) {
	h, level := leaf, 0
	stored = append(stored, h)
	for ; t.Size>>level&1 == 1; level++ {
		h = tlog.NodeHash(t.edge[level], h)
		t.edge[level] = tlog.Hash{}
		stored = append(stored, h)
	}
	t.edge[level] = h
	t.Size++
	return stored
}

// Root gives the head of the whole tree. The root of the empty tree is the zero hash, as in tlog.
func (t *Tree) Root() tlog.Hash {
	var h tlog.Hash
	lowest := bits.TrailingZeros64(uint64(t.Size))
	for level := lowest; level < bits.Len64(uint64(t.Size)); level++ {
		switch {
		case level == lowest:
			h = t.edge[level]
		case t.Size>>level&1 == 1:
			h = tlog.NodeHash(t.edge[level], h)
		}
	}
	return h
}
