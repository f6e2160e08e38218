#include "daemon/run.h"

int main(int argc, char **argv)
{
	return run_waterlabd(argc, argv);
}
