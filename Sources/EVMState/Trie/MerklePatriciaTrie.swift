public enum MerklePatriciaTrie {}
