# pragma version 0.4.3
"""
@title  Play-to-earn game: heroes, quests, duels
@notice A hero's energy refills with time and is spent on quests, whose outcome is drawn from the
        block's randomness. Victories raise experience and earn gold, a token that the game mints;
        gold buys equipment and is burned by that. Not for high stakes: a proposer can bias draws.
"""

interface Gold:
    def mint(to: address, amount: uint256): nonpayable
    def transferFrom(sender: address, to: address, amount: uint256) -> bool: nonpayable
    def burn(amount: uint256): nonpayable

event HeroCreated:
    hero: indexed(uint256)
    owner: indexed(address)

event QuestDone:
    hero: indexed(uint256)
    difficulty: uint256
    won: bool
    gold: uint256

event DuelFought:
    attacker: indexed(uint256)
    defender: indexed(uint256)
    won: bool

event Equipped:
    hero: indexed(uint256)
    power: uint256

struct Hero:
    owner: address
    experience: uint256
    power: uint256
    energy: uint256
    energy_at: uint256
    wins: uint256

MAX_ENERGY: constant(uint256) = 100
SECONDS_PER_ENERGY: constant(uint256) = 60
QUEST_ENERGY: constant(uint256) = 10
DUEL_ENERGY: constant(uint256) = 25
MAX_DIFFICULTY: constant(uint256) = 10
GOLD: constant(uint256) = 10**18
CREATION_FEE: public(constant(uint256)) = 10**15

gold: public(immutable(Gold))
owner: public(immutable(address))

hero_count: public(uint256)
heroes: public(HashMap[uint256, Hero])
draws: uint256
champion: public(uint256)  # the hero with the most duels won


@deploy
def __init__(gold_: address):
    """
    @param gold_ A token that lets the game mint
    """
    gold = Gold(gold_)
    owner = msg.sender
    self.hero_count = 1  # hero 0 does not exist


@external
@payable
def create_hero() -> uint256:
    """@notice Creates a hero for the caller. @return Its number."""
    assert msg.value == CREATION_FEE, "fee"
    hero: uint256 = self.hero_count
    self.hero_count = hero + 1
    self.heroes[hero] = Hero(
        owner=msg.sender, experience=0, power=10 + self._draw(hero) % 11, energy=MAX_ENERGY,
        energy_at=block.timestamp, wins=0)
    log HeroCreated(hero=hero, owner=msg.sender)
    return hero


@external
def quest(number: uint256, difficulty: uint256) -> bool:
    """@notice Sends a hero on a quest of difficulty 1 to 10. @return Whether it was won."""
    assert difficulty >= 1 and difficulty <= MAX_DIFFICULTY, "difficulty"
    hero: Hero = self._ready(number, QUEST_ENERGY)
    strength: uint256 = hero.power + isqrt(hero.experience)
    won: bool = self._draw(number) % (strength + difficulty * 10) < strength
    reward: uint256 = 0
    if won:
        reward = difficulty * GOLD
        hero.experience += difficulty * 10
    self.heroes[number] = hero
    if reward > 0:
        extcall gold.mint(msg.sender, reward)
    log QuestDone(hero=number, difficulty=difficulty, won=won, gold=reward)
    return won


@external
def duel(number: uint256, rival_number: uint256) -> bool:
    """@notice Attacks another hero; the winner gains a tenth of the loser's experience."""
    assert number != rival_number, "self"
    hero: Hero = self._ready(number, DUEL_ENERGY)
    rival: Hero = self.heroes[rival_number]
    assert rival.owner != empty(address), "no such hero"
    own: uint256 = hero.power + isqrt(hero.experience)
    other: uint256 = rival.power + isqrt(rival.experience)
    won: bool = self._draw(number) % (own + other) < own
    if won:
        spoils: uint256 = rival.experience // 10
        rival.experience -= spoils
        hero.experience += spoils
        hero.wins += 1
        if hero.wins > self.heroes[self.champion].wins:
            self.champion = number
    else:
        spoils: uint256 = hero.experience // 10
        hero.experience -= spoils
        rival.experience += spoils
    self.heroes[number] = hero
    self.heroes[rival_number] = rival
    log DuelFought(attacker=number, defender=rival_number, won=won)
    return won


@external
def equip(number: uint256, power: uint256):
    """@notice Raises a hero's power for one gold each, times its square root; the gold is burned."""
    hero: Hero = self.heroes[number]
    assert hero.owner == msg.sender, "not owner"
    cost: uint256 = power * GOLD * isqrt(hero.power)
    self.heroes[number].power = hero.power + power
    assert extcall gold.transferFrom(msg.sender, self, cost)
    extcall gold.burn(cost)
    log Equipped(hero=number, power=hero.power + power)


@external
def collect_fees():
    """@notice Sends the creation fees to the game's owner."""
    send(owner, self.balance, gas=30_000)


@internal
@view
def _ready(number: uint256, cost: uint256) -> Hero:
    """The caller's hero with its energy refilled and `cost` of it spent; not yet stored."""
    hero: Hero = self.heroes[number]
    assert hero.owner == msg.sender, "not owner"
    gained: uint256 = (block.timestamp - hero.energy_at) // SECONDS_PER_ENERGY
    energy: uint256 = min(MAX_ENERGY, hero.energy + gained)
    assert energy >= cost, "tired"
    hero.energy = energy - cost
    hero.energy_at = block.timestamp
    return hero


@internal
def _draw(hero: uint256) -> uint256:
    # One counter for the whole game: no two draws in a block are alike, and every play conflicts.
    self.draws += 1
    return convert(
        keccak256(concat(block.prevrandao, convert(self.draws, bytes32), convert(hero, bytes32))),
        uint256)
