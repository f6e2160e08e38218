#include "console/console.h"

int main(int argc, char **argv)
{
	return console_run(argc, argv);
}
